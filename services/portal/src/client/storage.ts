/** What is kept in a browser's storage; where it is forbidden, or full, for as long as the page lasts. */
export interface Kept {
  read: (key: string) => string | undefined;
  write: (key: string, value: string) => void;
  drop: (key: string) => void;
}

/** @param storage is found each time, for browsers that forbid it throw even then */
function keptIn(storage: () => Storage): Kept {
  const memory = new Map<string, string>();
  const attempt = <T>(act: (storage: Storage) => T): T | undefined => {
    try {
      return act(storage());
    } catch {
      return undefined;
    }
  };
  const drop = (key: string) => {
    memory.delete(key);
    attempt((kept) => kept.removeItem(key));
  };
  return {
    drop,
    read: (key) => memory.get(key) ?? attempt((kept) => kept.getItem(key)) ?? undefined,
    write(key, value) {
      const isKept = attempt((kept) => {
        kept.setItem(key, value);
        return true;
      });
      if (isKept) return void memory.delete(key);
      drop(key);
      memory.set(key, value);
    },
  };
}

/** Of all tabs, until it is dropped. */
export const ofBrowser = keptIn(() => localStorage);
/** Of this tab, also when its pages change. */
export const ofTab = keptIn(() => sessionStorage);
