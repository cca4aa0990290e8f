// What a run's programs ask of AWS is written down by this, which NODE_OPTIONS brings into each of them. npm is one of
// them, by whichever Node there is.
if (Number(process.versions.node.split('.')[0]) >= 24) {
  const { recordCalls } = await import('./call-recorder.ts');
  recordCalls(new URL(import.meta.url).searchParams.get('folder'));
}
