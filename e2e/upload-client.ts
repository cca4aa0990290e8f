import { Api } from '@anb/api-client/api';
import { sendDirectUpload } from '@anb/api-client/direct-upload';

// Goes on with a direct upload and is killed as soon as one more part is noted, as a phone loses its tab.
const [url = '', token = '', videoId = '', path = ''] = process.argv.slice(2);
await sendDirectUpload(new Api(url), token, { videoId, path }, () => process.kill(process.pid, 'SIGKILL'));
