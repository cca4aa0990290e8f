/** Every row that was read ends in one of the others. */
export interface Counts {
  users: {
    read: number;
    /** New accounts. */
    created: number;
    /** People who have an account already, and now are it. */
    merged: number;
    /** Imported before. */
    known: number;
    refused: number;
  };
  videos: {
    read: number;
    /** With their jobs. */
    queued: number;
    /** Told to their players as failed. */
    without_file: number;
    known: number;
    refused: number;
  };
  votes: {
    read: number;
    recorded: number;
    /** There already: imported before, or twice in the dump. */
    known: number;
    refused: number;
  };
}

export const noCounts = (): Counts => ({
  users: { read: 0, created: 0, merged: 0, known: 0, refused: 0 },
  videos: { read: 0, queued: 0, without_file: 0, known: 0, refused: 0 },
  votes: { read: 0, recorded: 0, known: 0, refused: 0 },
});

/** `users: 1200 read, 1180 created, 20 refused` for each kind that was begun. */
export const describeCounts = (counts: Counts) =>
  Object.entries<Record<string, number> & { read: number }>({ ...counts })
    .filter(([, { read }]) => read > 0)
    .map(([kind, ofKind]) => {
      const parts = Object.entries(ofKind).filter(([, count]) => count > 0);
      return `${kind}: ${parts.map(([name, count]) => `${count} ${name.replace('_', ' ')}`).join(', ')}`;
    })
    .join(' · ');
