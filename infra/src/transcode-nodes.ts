/** The label and taint of nodes that do nothing but transcode. */
export const TRANSCODE_NODES = { key: 'workload', value: 'transcode' };
