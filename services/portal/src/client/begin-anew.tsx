import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { watchPerson } from './person.ts';

/** An island, which begins anew when what stands in it was another person's. */
export function BeginAnew({ of: Island, props }: { of: ComponentType; props: object }) {
  const [turn, setTurn] = useState(0);
  useEffect(() => watchPerson(() => setTurn((last) => last + 1)), []);
  return <Island key={turn} {...props} />;
}
