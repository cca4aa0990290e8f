// The one file that an older Node must be able to read, to say what is missing.
if (Number(process.versions.node.split('.')[0]) < 24) {
  console.error(
    `Node ${process.versions.node} is too old: Node 24 is needed. On Linux (x64, arm64) \`npm ci --include=optional\`
brings it and \`npm start\` uses it; on other systems install Node 24 or newer: https://nodejs.org`,
  );
  process.exit(1);
}
await import('./src/main.ts');
