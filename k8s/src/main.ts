import { synth } from './synth.ts';

synth();
console.log('written: charts/rising-stars, k8s/manifests');
