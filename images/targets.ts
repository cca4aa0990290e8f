/** The Dockerfile's targets and what each may weigh, in MB: a third more than it did when this was written. */
export const limits = {
  auth: { unpacked: 300, compressed: 115 },
  videos: { unpacked: 300, compressed: 115 },
  votes: { unpacked: 300, compressed: 115 },
  portal: { unpacked: 300, compressed: 115 },
  transcoder: { unpacked: 620, compressed: 250 },
  toolbox: { unpacked: 370, compressed: 135 },
  dev: { unpacked: 340, compressed: 125 },
};

export type Target = keyof typeof limits;
export const targets = Object.keys(limits) as Target[];
