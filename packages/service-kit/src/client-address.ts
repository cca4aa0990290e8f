import { isIP } from 'node:net';
import type { Context } from 'hono';
import ipaddr from 'ipaddr.js';

/**
 * Whose request it is, as the outermost proxy of ours saw it. Each proxy appends the address it was asked from to
 * `X-Forwarded-For`; what stands further left a client may have written itself. Without proxies it is the socket's.
 *
 * @param hops how many proxies of ours a request passes
 */
export function clientAddress(c: Context, hops: number): string {
  const forwarded = hops > 0 ? (c.req.header('x-forwarded-for')?.split(',') ?? []) : [];
  const told = withoutPort(forwarded.at(-hops)?.trim() ?? '');
  return isIP(told) ? told : (c.env?.incoming?.socket?.remoteAddress ?? '');
}

/** What limits count by: an IPv4 address, or the /64 that whoever has one IPv6 address of it has whole. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/64`)}/64`;
}

/** A load balancer may be told to add the port: `203.0.113.7:4711`, `[2001:db8::7]:4711`. */
const withoutPort = (text: string) =>
  /^\[(.+)\](:\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
