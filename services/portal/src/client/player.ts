/** Who starts a clip has heard enough of the others. */
export function playOneAtATime(): void {
  document.addEventListener(
    'play',
    ({ target }) => {
      for (const video of document.querySelectorAll('video')) if (video !== target) video.pause();
    },
    { capture: true },
  );
}
