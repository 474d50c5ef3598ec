// The checklist as a table: what is read, what is refused, and what belongs to later work.

import { expect, test } from 'vitest';
import { laterWork, parseRequirements } from '../../../scripts/compliance/requirements.ts';

const header = 'id\tsection\tlevel\tsource\trequirement\ttest';
const id = (number: number) => `S5B-P-${number}`;
const row = (number: number) => `${id(number)}\tA.5 Activation\tMUST\t65 §6\tpeers are joined\thappy path`;

test('a row of the checklist becomes a requirement', () => {
  expect(parseRequirements(`${header}\n${row(60)}\n`)).toEqual([
    {
      id: id(60),
      section: 'A.5 Activation',
      level: 'MUST',
      source: '65 §6',
      text: 'peers are joined',
      test: 'happy path',
    },
  ]);
});

test.each([
  ['a missing header', row(60), 'line 1: expected the columns'],
  ['a row with a column too few', `${header}\n${id(60)}\tA.5\tMUST\t65\ttext`, 'line 2: expected 6 columns'],
  ['an id that is none', `${header}\n${row(60).replace('S5B-P', 'S5B')}`, 'is no requirement id'],
  ['an id that is there twice', `${header}\n${row(60)}\n${row(60)}`, `line 3: ${id(60)} is there twice`],
])('%s is refused by name', (_, tsv, message) => {
  expect(() => parseRequirements(tsv)).toThrow(message);
});

test.each([
  [id(84), undefined],
  [id(91), 'UDP, out of scope'],
  [`ENT-${26}`, 'ad-hoc commands'],
  [`ENT-${33}`, 'ad-hoc commands'],
  [`IBB-${10}`, undefined],
  [`SI-I-${10}`, undefined],
  [`JNG-${10}`, 'Jingle'],
  [id(83), undefined],
  [`ENT-${25}`, undefined],
])('%s belongs to: %s', (requirement, work) => {
  expect(laterWork(requirement)).toBe(work);
});
