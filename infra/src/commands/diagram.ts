import { synthesise } from '../app.ts';
import { diagramOf } from '../diagram.ts';
import { writeDocument } from '../document.ts';
import { production } from '../environments/production.ts';

writeDocument('diagram', diagramOf(synthesise(production)));
