import * as ec2 from 'aws-cdk-lib/aws-ec2';

const classes: ReadonlySet<string> = new Set(Object.values(ec2.InstanceClass));
const sizes: ReadonlySet<string> = new Set(Object.values(ec2.InstanceSize));
const TINY = ['nano', 'micro'];

/** Are its family and its size known, as those of `m7g.large`? Whether AWS sells the two together only AWS can say. */
export function isInstanceType(name: string): boolean {
  const [family = '', size = '', ...more] = name.split('.');
  return classes.has(family) && sizes.has(size) && more.length === 0;
}

/** 2 vCPU and 2 GiB at least: bursting families have them from `small` on, all others from `large`. */
export function isNodeSized(name: string): boolean {
  const [family = '', size = ''] = name.split('.');
  return !TINY.includes(size) && (family.startsWith('t') || !['small', 'medium'].includes(size));
}

export const architectureOf = (name: string): ec2.InstanceArchitecture =>
  new ec2.InstanceType(name).architecture;
