import { render, type VNode } from 'preact';

/**
 * Shows a dialog over the page from outside of all islands.
 * @param dialog is given what ends it; without a result: it was closed
 */
export function openDialog<T>(dialog: (finish: (result?: T) => void) => VNode): Promise<T | undefined> {
  const place = document.createElement('div');
  document.body.append(place);
  return new Promise((resolve) => {
    const finish = (result?: T) => {
      render(null, place);
      place.remove();
      resolve(result);
    };
    render(dialog(finish), place);
  });
}
