// Runs before a program in TypeScript, of which a Node.js that is too old says nothing but "Unknown file extension".
// Itself it is what any version can read.
if (!process.features.typescript) {
  console.error(`Node.js 24 is needed, and this is ${process.version}. "npm ci" installs it as a package, which "npm start" ` +
    'finds. Where packages may not run scripts (--ignore-scripts), add: npm rebuild node --ignore-scripts=false')
  process.exit(1)
}
