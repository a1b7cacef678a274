import fc from 'fast-check';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { xmlDocument } from '../../../src/sandbox/http/xml.js';
import { child, children, childText, parseXml } from '../../../src/sandbox/http/xmlParser.js';

describe('the sandbox XML parser', () => {
  it('reads what clients send', () => {
    const root = parseXml(
      '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<!-- note -->\n' +
        '<s3:Delete xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/" a=\'b\'>\n' +
        '  <Object ><Key>a &amp; b&#13;&#x1F600;&lt;</Key></Object>\n' +
        '  <Object><Key><![CDATA[<raw> & ]]>tail</Key></Object><Quiet/>\n' +
        '</s3:Delete >\n',
      'Delete',
    );
    assert.deepEqual(
      children(root, 'Object').map((item) => childText(item, 'Key')),
      ['a & b\r\u{1F600}<', '<raw> & tail'],
    );
    assert.equal(childText(root, 'Quiet'), '');
    assert.equal(child(root, 'None'), undefined);
    assert.equal(childText(undefined, 'None'), undefined);
  });

  it('refuses what is not well-formed, and document types', () => {
    const bad = [
      '', 'text', '<Delete>', '</Delete>', '<Delete></Other>', '<Delete/><Delete/>', '<Delete/>x',
      '<Delete>&bomb;</Delete>', '<Delete>& </Delete>', '<Delete>&#xD800;</Delete>', '<Delete>&#9999999;</Delete>',
      '<Delete a=b/>', '<Delete a="<"/>', '<Delete><!-- </Delete>', '<Delete><![CDATA[</Delete>', '<Other/>', '<1/>',
      '<!DOCTYPE Delete [<!ENTITY a "b">]><Delete>&a;</Delete>', `${'<a>'.repeat(40)}${'</a>'.repeat(40)}`,
    ]; // prettier-ignore
    for (const text of bad) {
      assert.throws(() => parseXml(text, 'Delete'), { code: 'MalformedXML' }, text.slice(0, 60));
    }
  });

  it('gives back every text that the writer writes', () => {
    const name = fc.constantFrom('A', 'Key', 'constructor', '__proto__', 'toString');
    fc.assert(
      fc.property(name, fc.array(fc.string({ unit: 'binary' })), (element, texts) => {
        const content = Object.fromEntries([[element, texts]]);
        const root = parseXml(xmlDocument('Root', content, 'http://x/'), 'Root');
        assert.deepEqual(
          children(root, element).map((item) => item.text),
          texts,
        );
      }),
    );
  });

  it('survives any text in bounded time', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '&',
      ';',
      '"',
      '=',
      'a',
      ' ',
      '<a>',
      '</a>',
      '<!--',
      ']]>',
      '&#',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        try {
          parseXml(pieces.join(''), 'a');
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'MalformedXML');
        }
      }),
    );
    assert.throws(() => parseXml(`<a ${'b="c" '.repeat(50_000)}`, 'a'), { code: 'MalformedXML' });
    assert.throws(() => parseXml('<'.repeat(200_000), 'a'), { code: 'MalformedXML' });
  });
});
