import { render, type VNode } from 'preact';
import { watchPerson } from './person.ts';

/**
 * Shows a dialog over the page from outside of all islands; it closes when the person goes whom it asked.
 * @param dialog is given what ends it; without a result: it was closed
 */
export function openDialog<T>(dialog: (finish: (result?: T) => void) => VNode): Promise<T | undefined> {
  const place = document.createElement('div');
  document.body.append(place);
  return new Promise((resolve) => {
    const finish = (result?: T) => {
      unwatch();
      render(null, place);
      place.remove();
      resolve(result);
    };
    const unwatch = watchPerson(() => finish());
    render(dialog(finish), place);
  });
}
