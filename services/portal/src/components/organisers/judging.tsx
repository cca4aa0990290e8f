import { judge } from '#texts/organiser-votes';

/** What a flag may mean; who decides is the organiser. */
export function Judging() {
  return (
    <details class="panel">
      <summary>{judge.heading}</summary>
      <dl class="judging">
        {judge.rows.map(({ kind, fraud, honest }) => (
          <div key={kind}>
            <dt>{kind}</dt>
            <dd>
              <b>{judge.fraud}</b> {fraud}
            </dd>
            <dd>
              <b>{judge.honest}</b> {honest}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
