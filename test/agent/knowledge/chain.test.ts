import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, emptyHead, genesisHash, rowHash, sealRows } from '../../../agent/knowledge/chain.ts';
import { controlOf } from './records.ts';

test('canonical text does not depend on the order of keys', () => {
  expect(canonicalJson({ b: [1, { d: 'x', c: null }], a: undefined })).toBe('{"b":[1,{"c":null,"d":"x"}]}');
});

test('canonical text reads back as the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('canonical text is the same after a round trip', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});

test('every part of a row is under its hash', () => {
  const hash = rowHash(genesisHash, 1, 1_000, '{"a":1}');
  expect(rowHash(genesisHash, 1, 1_000, '{"a":1}')).toBe(hash);
  const others = [
    rowHash('1'.repeat(64), 1, 1_000, '{"a":1}'),
    rowHash(genesisHash, 2, 1_000, '{"a":1}'),
    rowHash(genesisHash, 1, 1_001, '{"a":1}'),
    rowHash(genesisHash, 1, 1_000, '{"a":2}'),
  ];
  expect(new Set([hash, ...others]).size).toBe(5);
});

test('rows of one commit follow each other and the head before them', () => {
  const rows = sealRows(emptyHead, 5, [controlOf('a'), controlOf('b')]).map(({ row }) => row);
  expect(rows.map(({ seq, prevHash }) => [seq, prevHash])).toEqual([
    [1, genesisHash],
    [2, rows[0]?.hash],
  ]);
});
