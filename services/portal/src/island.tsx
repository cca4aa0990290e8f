import { type ComponentType, createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** Notes which islands a page has, so that its head can name their scripts. */
export const Islands = createContext<Set<string> | undefined>(undefined);

interface IslandProps<P> {
  /** Of its file in islands/. */
  name: string;
  of: ComponentType<P>;
  props: P;
}

/**
 * A part of a page that browsers bring to life: rendered here as it first stands, then hydrated by client/main.ts with the
 * same props. What hydrates must show the same at first as what was rendered.
 */
export function Island<P extends object>({ name, of: Component, props }: IslandProps<P>) {
  useContext(Islands)?.add(name);
  return (
    <div class="island" data-island={name} data-props={JSON.stringify(props)}>
      <Component {...props} />
    </div>
  );
}
