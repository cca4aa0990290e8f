/** The platform's pauses are so much shorter here: its periods, delays and grace. What a process needs for itself is not. */
export const SCALE = 20;

export const scaledMs = (seconds: number) => (seconds * 1000) / SCALE;

/** How long kube-proxy and the load balancer's controller take to hear that a pod leaves. */
export const PROPAGATION_MS = scaledMs(20);
