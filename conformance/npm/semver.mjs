// Each line of the file is a range, a tab, and versions with tabs between; answers a line of 0 and 1, or "invalid".
import { readFileSync } from 'node:fs';
import semver from 'semver';

const lines = readFileSync(process.argv[2], 'utf8').split('\n').filter((line) => line !== '');
const answers = lines.map((line) => {
  const [text, ...versions] = line.split('\t');
  try {
    const range = new semver.Range(text);
    return versions.map((version) => (range.test(new semver.SemVer(version)) ? '1' : '0')).join('');
  } catch (error) {
    return 'invalid';
  }
});
process.stdout.write(answers.join('\n') + '\n');
