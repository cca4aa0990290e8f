// node --import of this: a machine whose clock is wrong by CLOCK_SKEW_SECONDS. Timers and performance.now() go right.
const skewMs = Number(process.env.CLOCK_SKEW_SECONDS) * 1000;
const RightDate = Date;

globalThis.Date = class extends RightDate {
  constructor(...args: [] | [number]) {
    super(...((args.length === 0 ? [RightDate.now() + skewMs] : args) as [number]));
  }
  static override now = () => RightDate.now() + skewMs;
} as DateConstructor;
