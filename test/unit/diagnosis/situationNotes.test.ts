import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { diagnose } from '../../../src/core/diagnosis/diagnose.js';
import type { Situation } from '../../../src/core/diagnosis/situation.js';
import { situationNotes } from '../../../src/core/diagnosis/situationNotes.js';

const keyA = 'arn:aws:kms:eu-west-1:111122223333:key/aaaaaaaa-12ab-34cd-56ef-1234567890ab';
const keyB = 'arn:aws:kms:eu-west-1:111122223333:key/bbbbbbbb-12ab-34cd-56ef-1234567890ab';
const location = 's3://backups/sales.bak';
const instance = { id: 'prod', region: 'eu-west-1', engineVersion: '15.00.4415.2.v1' };

const encrypted = (namedKey?: string, wrappingKey?: string) => ({
  location,
  envelope: { format: namedKey ? ('v2' as const) : ('v1' as const), namedKey, wrappingKey },
});

const oneNote = (situation: Situation) => {
  const notes = situationNotes(situation);
  assert.equal(notes.length, 1, notes.join('\n'));
  return notes[0] ?? '';
};

describe('what is off in the situation', () => {
  it('says nothing when nothing is known, or all is well', () => {
    assert.deepEqual(situationNotes({}), []);
    assert.deepEqual(
      situationNotes({
        keyPassed: keyA,
        object: encrypted(keyA, keyA),
        bucketRegion: 'eu-west-1',
        instance,
        backupServerVersion: '15.0.4500.1',
        databaseName: 'Sales',
        existingDatabases: ['master', 'Sales2'],
        filesFound: 2,
        filesExpected: 2,
      }),
      [],
    );
    assert.deepEqual(situationNotes({ keyPassed: null, object: { location, envelope: null } }), []);
  });

  it('a key was passed for an object without an envelope', () => {
    const note = oneNote({ keyPassed: keyA, object: { location, envelope: null } });
    assert.ok(note.includes(keyA) && note.includes(location) && note.includes('no envelope'), note);
  });

  it('no key was passed for an encrypted object: names the one to pass', () => {
    assert.match(
      oneNote({ keyPassed: null, object: encrypted(undefined, keyB) }),
      new RegExp(keyB),
    );
    assert.match(oneNote({ keyPassed: null, object: encrypted(keyA) }), new RegExp(keyA));
    assert.match(
      oneNote({ keyPassed: null, object: encrypted() }),
      /key that wrapped its data key/,
    );
  });

  it('another key was passed than the one that wrapped the data key', () => {
    const note = oneNote({ keyPassed: keyA, object: encrypted(undefined, keyB) });
    assert.ok(note.includes(`wrapped by ${keyB}, but ${keyA} was passed`), note);
  });

  it('another key was passed than the one the envelope names, by ARN or id', () => {
    for (const named of [keyB, keyB.slice(keyB.indexOf('/') + 1)]) {
      const note = oneNote({ keyPassed: keyA, object: encrypted(named) });
      assert.ok(note.includes(`names the key ${named}`), note);
    }
  });

  it('does not judge what it cannot: aliases, ids of the same key, replicas of a key', () => {
    const id = keyA.slice(keyA.indexOf('/') + 1);
    const replica = (region: string) => `arn:aws:kms:${region}:111122223333:key/mrk-0123456789`;
    for (const named of ['alias/backup', id, keyA]) {
      assert.deepEqual(situationNotes({ keyPassed: keyA, object: encrypted(named) }), []);
    }
    assert.deepEqual(
      situationNotes({
        keyPassed: replica('eu-west-1'),
        object: encrypted(undefined, replica('us-east-1')),
      }),
      [],
    );
  });

  it('the format of the envelope is one that RDS cannot read', () => {
    const object = {
      location,
      envelope: { format: 'v3' as const, unreadable: 'RDS reads AES-CBC only.' },
    };
    assert.match(oneNote({ keyPassed: keyA, object }), /cannot decrypt s3:.*AES-CBC only/);
  });

  it('bucket and key lie in other regions than the instance', () => {
    assert.match(oneNote({ bucketRegion: 'us-east-1', instance }), /us-east-1.*prod in eu-west-1/);
    assert.match(
      oneNote({ keyPassed: keyA, instance: { ...instance, region: 'us-east-1' } }),
      /key lies in eu-west-1.*prod in us-east-1/,
    );
  });

  it('survives a key ARN that is none', () => {
    assert.deepEqual(situationNotes({ keyPassed: 'arn:nonsense', instance }), []);
  });

  it('the backup is newer than the engine; an older or equal one is fine', () => {
    const note = oneNote({ backupServerVersion: '16.0.1000.6', instance });
    assert.match(note, /SQL Server 2022 \(16\.0\.1000\.6\).*prod.*SQL Server 2019 \(15\.00\.4415/);
    assert.deepEqual(situationNotes({ backupServerVersion: '14.0.1.1', instance }), []);
    assert.match(oneNote({ backupServerVersion: '99.1', instance }), /SQL Server 99\.1/);
  });

  it('the name is taken, also when it differs by case or accent only', () => {
    for (const [wanted, has] of [
      ['sales', 'Sales'],
      ['Ventas Ñ', 'ventas n'],
    ] as const) {
      const note = oneNote({ databaseName: wanted, existingDatabases: ['master', has] });
      assert.ok(note.includes(`“${has}”`), note);
    }
  });

  it('the ARN matches no file, too many, or not all of the backup', () => {
    assert.match(oneNote({ filesFound: 0 }), /No object/);
    assert.match(oneNote({ filesFound: 11 }), /11 objects.*at most 10/);
    assert.match(oneNote({ filesFound: 1, filesExpected: 4 }), /consists of 4 files.*matches 1/);
  });

  it('the instance is not ready', () => {
    assert.match(
      oneNote({ instance: { ...instance, notReady: 'it has no option group.' } }),
      /prod is not ready.*no option group/,
    );
  });

  it('comes with the diagnosis', () => {
    const diagnosis = diagnose(
      'Object metadata (x-amz-key) incomplete, cannot decrypt the given S3 object.',
      { keyPassed: keyA, object: { location, envelope: null } },
    );
    assert.equal(diagnosis?.id, 'cse-metadata-incomplete');
    assert.equal(diagnosis.situationNotes.length, 1);
  });
});
