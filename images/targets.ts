/** The Dockerfile's targets and what each may weigh, in MB: a third more than it did when this was written. */
export const limits = {
  auth: { unpacked: 400, compressed: 140 },
  videos: { unpacked: 400, compressed: 140 },
  votes: { unpacked: 400, compressed: 140 },
  portal: { unpacked: 400, compressed: 140 },
  transcoder: { unpacked: 650, compressed: 250 },
  toolbox: { unpacked: 400, compressed: 160 },
  dev: { unpacked: 400, compressed: 160 },
};

export type Target = keyof typeof limits;
export const targets = Object.keys(limits) as Target[];
