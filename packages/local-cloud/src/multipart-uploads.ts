import type { App, MultipartUpload, S3Store } from './fauxqs.ts';

/** ListMultipartUploads, which fauxqs answers with the bucket's objects: all of a bucket's uploads on one page. */
export function listMultipartUploads(app: App, store: S3Store): void {
  app.addHook('onRequest', async (request, reply) => {
    const { bucket } = request.params as { bucket?: string };
    if (request.method !== 'GET' || !bucket || !('uploads' in (request.query as object))) return;
    const uploads = [...store.multipartUploads.values()].filter((upload) => upload.bucket === bucket);
    return reply
      .type('application/xml')
      .send(
        `<ListMultipartUploadsResult><Bucket>${bucket}</Bucket><IsTruncated>false</IsTruncated>${uploads.map(xml).join('')}</ListMultipartUploadsResult>`,
      );
  });
}

/**
 * A part is bytes, whatever it is called: fauxqs would read one sent as a form, which is what curl calls it unless
 * told otherwise, into the fields of a call.
 */
export function takePartsOfAnyType(app: App): void {
  app.addHook('onRequest', async ({ method, query, headers }) => {
    if (method === 'PUT' && 'partNumber' in (query as object))
      headers['content-type'] = 'application/octet-stream';
  });
}

const xml = ({ key, uploadId, initiated }: MultipartUpload) =>
  `<Upload><Key>${escapeXml(key)}</Key><UploadId>${uploadId}</UploadId><Initiated>${initiated.toISOString()}</Initiated></Upload>`;

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
