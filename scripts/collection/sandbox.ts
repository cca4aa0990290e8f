import { type Answer, type ApiDocument, standAlone } from './api.ts';
import type { Step } from './step.ts';

const quote = (text: string) => JSON.stringify(text);
const indent = (lines: string[]) => lines.map((line) => `  ${line}`);
const test = (shows: string, expectation: string) => `pm.test(${quote(shows)}, () => ${expectation});`;

/** The script that judges an answer, in lines. */
export function judgeScript(document: ApiDocument, step: Step, documented: Answer): string[] {
  const judged = [...judgeAnswer(document, step, documented), ...capture(step.capture)];
  const read = [
    'const answer = pm.response.text() ? pm.response.json() : undefined;',
    'const value = (name) => pm.collectionVariables.get(name);',
  ];
  if (!step.until) return [...read, ...judged];
  const { holds, everyMs, times } = step.until;
  return [
    ...read,
    'const asked = Number(value("asked") || 0) + 1;',
    `if (!(${holds}) && asked < ${times}) {`,
    '  pm.collectionVariables.set("asked", asked);',
    '  pm.execution.setNextRequest(pm.info.requestId);',
    `  setTimeout(() => {}, ${everyMs});`,
    '} else {',
    '  pm.collectionVariables.unset("asked");',
    ...indent(judged),
    '}',
  ];
}

function judgeAnswer(document: ApiDocument, { status, code, checks = {} }: Step, documented: Answer) {
  const [mediaType, content] = Object.entries(documented.content ?? {})[0] ?? [];
  const headers = Object.entries(documented.headers ?? {}).flatMap(([name, { required }]) =>
    required ? [name] : [],
  );
  return [
    test(`the status is ${status}`, `pm.response.to.have.status(${status})`),
    ...headers.map((name) => test(`it has ${name}`, `pm.response.to.have.header(${quote(name)})`)),
    ...(mediaType && content
      ? [
          test(
            `it is ${mediaType}`,
            `pm.expect(pm.response.headers.get("Content-Type").split(";")[0]).to.equal(${quote(mediaType)})`,
          ),
          test(
            'it is as documented',
            `pm.response.to.have.jsonSchema(${JSON.stringify(standAlone(document, content.schema))})`,
          ),
        ]
      : [test('it has no body', 'pm.expect(answer).to.equal(undefined)')]),
    ...(code ? [test(`the code is ${code}`, `pm.expect(answer.code).to.equal(${quote(code)})`)] : []),
    ...Object.entries(checks).map(([shows, [is, shouldBe]]) =>
      test(shows, `pm.expect(${is}).to.eql(${shouldBe})`),
    ),
  ];
}

const capture = (captured: Step['capture'] = {}) =>
  Object.entries(captured).map(([name, code]) => `pm.collectionVariables.set(${quote(name)}, ${code});`);
