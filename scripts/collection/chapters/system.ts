import type { Chapter } from '../step.ts';

export const system: Chapter = {
  name: 'System',
  steps: [
    { name: 'It is healthy', operation: 'health', status: 200 },
    {
      name: 'Signing keys',
      operation: 'publicKeys',
      status: 200,
      checks: {
        'there is a key': ['answer.keys.length > 0', 'true'],
        'no private part is shown': ['answer.keys.some((key) => "d" in key)', 'false'],
      },
    },
    {
      name: 'The contest',
      operation: 'getContest',
      status: 200,
      checks: { 'voting is open': ['answer.open', 'true'] },
    },
  ],
};
