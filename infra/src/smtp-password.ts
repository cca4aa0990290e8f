import { createHmac } from 'node:crypto';

/** Of SES' own making: https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html */
const VERSION = 0x04;
const DATE = '11111111';

/** The password that SES' SMTP takes for an access key; another one in each region. */
export function smtpPassword(secretAccessKey: string, region: string): string {
  const signature = [DATE, region, 'ses', 'aws4_request', 'SendRawEmail'].reduce<Buffer>(
    (key, message) => createHmac('sha256', key).update(message).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  return Buffer.concat([Buffer.of(VERSION), signature]).toString('base64');
}
