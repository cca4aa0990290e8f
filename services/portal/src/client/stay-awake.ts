/** While something is sent: the screen stays on, for phones stop pages in the dark, and who leaves is asked first. */
export function stayAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let isOver = false;
  const ask = async () => {
    // It ends each time that the page is out of sight.
    if (document.hidden) return;
    lock = await navigator.wakeLock?.request('screen').catch(() => undefined);
    if (isOver) await lock?.release();
  };
  const warn = (event: BeforeUnloadEvent) => event.preventDefault();
  void ask();
  document.addEventListener('visibilitychange', ask);
  addEventListener('beforeunload', warn);
  return () => {
    isOver = true;
    void lock?.release();
    document.removeEventListener('visibilitychange', ask);
    removeEventListener('beforeunload', warn);
  };
}
