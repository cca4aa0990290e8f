import { address } from '../../query.ts';

interface ChipsProps<Name extends string> {
  label: string;
  names: Readonly<Record<Name, string>>;
  chosen: Name;
  path: string;
  /** What else the address says. */
  others?: Record<string, string | number | undefined>;
  /** Of the query. */
  parameter: string;
}

/** The first is what is shown where the address says nothing. */
export function Chips<Name extends string>({
  label,
  names,
  chosen,
  path,
  others,
  parameter,
}: ChipsProps<Name>) {
  const entries = Object.entries(names) as [Name, string][];
  return (
    <nav class="chips" aria-label={label}>
      {entries.map(([name, text], index) => (
        <a
          key={name}
          class="chip"
          href={address(path, { ...others, [parameter]: index === 0 ? undefined : name })}
          {...(name === chosen && { 'aria-current': 'true' as const })}
        >
          {text}
        </a>
      ))}
    </nav>
  );
}

/** The one of the names that the address says; the first where it says none that is known. */
export function chosenOf<Name extends string>(
  names: Readonly<Record<Name, string>>,
  said: string | undefined,
) {
  const all = Object.keys(names) as Name[];
  return (all.find((name) => name === said) ?? all[0]) as Name;
}
