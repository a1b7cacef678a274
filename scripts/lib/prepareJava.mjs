// AWS's two S3 encryption clients for Java: fetches the jars that test/conformance/java/pom.xml pins and
// compiles the programs that use them, both into the cache.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, must, root, toStandardError } from './project.mjs';
import { MissingPrograms, systemPrograms } from './systemPrograms.mjs';

const pom = path.join(root, 'test', 'conformance', 'java', 'pom.xml');
const sourceFolders = [path.dirname(pom), path.join(root, 'test', 'bench', 'clients')];

/**
 * Sets RDS_BACKUP_JAVA and RDS_BACKUP_JAVA_CLASSPATH; where there is no Java or Maven, says so and sets
 * RDS_BACKUP_JAVA_LEFT_OUT to the reason. Read by test/conformance/java/javaProgram.ts.
 * @throws Error under CI=true, where the Java clients may not be left out
 */
export async function prepareJava() {
  /** @type {Record<string, string>} */
  let programs;
  try {
    programs = await systemPrograms({
      java: ['default-jre-headless'],
      javac: ['default-jdk-headless'],
      mvn: ['maven'],
    });
  } catch (error) {
    if (!(error instanceof MissingPrograms) || process.env.CI === 'true') throw error;
    console.error(`Left out the Java clients: ${error.message}`);
    process.env.RDS_BACKUP_JAVA_LEFT_OUT = `left out the Java clients: ${error.message}`;
    return;
  }
  const { java = '', javac = '', mvn = '' } = programs;
  const jars = cacheFolder('java', 'jars');
  await onceFor(jars, [pom], () => {
    const quiet = ['-q', '-B', '-Dstyle.color=never'];
    const goal = ['-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`];
    return must('Fetching the Java clients', mvn, [...quiet, ...goal], { stdio: toStandardError });
  });
  const classes = cacheFolder('java', 'classes');
  const sources = sourceFolders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.java'))
      .map((name) => path.join(folder, name)),
  );
  const library = path.join(jars, '*');
  await onceFor(classes, [pom, ...sources], () => {
    const language = ['--release', '17', '-encoding', 'UTF-8', '-proc:none'];
    const warnings = ['-Xlint:all,-classfile', '-Werror'];
    const args = ['-d', classes, '-cp', library, ...language, ...warnings, ...sources];
    return must('Compiling the Java programs', javac, args, { stdio: toStandardError });
  });
  process.env.RDS_BACKUP_JAVA = java;
  process.env.RDS_BACKUP_JAVA_CLASSPATH = [classes, library].join(path.delimiter);
}

/**
 * Fills a folder anew unless it was filled from these very files.
 * @param {string} folder
 * @param {string[]} files
 * @param {() => Promise<void>} fill
 */
async function onceFor(folder, files, fill) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(path.basename(file)).update(readFileSync(file));
  const wanted = hash.digest('hex');
  const stamp = path.join(folder, 'filled-from.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  for (const name of readdirSync(folder)) {
    rmSync(path.join(folder, name), { recursive: true });
  }
  await fill();
  writeFileSync(stamp, wanted);
}
