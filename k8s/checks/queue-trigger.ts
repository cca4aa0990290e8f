/**
 * Metadata of KEDA's aws-sqs-queue trigger (keda.sh/docs/2.21/scalers/aws-sqs). To the API server they are
 * any texts by any name; KEDA ignores a name it does not know.
 */
const wholeNumber = /^\d+$/;
const boolean = /^(true|false)$/;
const known: Record<string, RegExp> = {
  queueURL: /^https?:\/\/[^/]+\/[^/]+\/[^/]+$|^[\w-]{1,80}(\.fifo)?$/,
  queueURLFromEnv: /^[A-Za-z_]\w*$/,
  awsRegion: /^[a-z]{2}(-[a-z]+)+-\d$/,
  awsEndpoint: /^(https?:\/\/\S+)?$/,
  queueLength: /^[1-9]\d*$/,
  activationQueueLength: wholeNumber,
  scaleOnInFlight: boolean,
  scaleOnDelayed: boolean,
};

interface Trigger {
  type: string;
  metadata: Record<string, string>;
}

/** What is wrong with the queue triggers of a ScaledObject or ScaledJob. */
export function queueTriggerProblems(object: { kind: string; spec?: { triggers?: Trigger[] } }): string[] {
  const triggers = ['ScaledObject', 'ScaledJob'].includes(object.kind) ? (object.spec?.triggers ?? []) : [];
  return triggers
    .filter(({ type }) => type === 'aws-sqs-queue')
    .flatMap(({ metadata }) => problemsOf(metadata));
}

function problemsOf(metadata: Record<string, string>): string[] {
  const { queueURL, queueURLFromEnv, awsRegion } = metadata;
  const wrong = Object.entries(metadata).flatMap(([key, value]) => {
    if (!Object.hasOwn(known, key)) return [`${key} is not known`];
    return known[key]?.test(value) ? [] : [`${key} cannot be ${value}`];
  });
  if (queueURL === undefined && queueURLFromEnv === undefined) wrong.push('no queueURL');
  if (awsRegion === undefined) wrong.push('no awsRegion');
  return wrong;
}
