// What a person reads when the library's own words are for programmers, or none.

import { describe, expect, it } from 'vitest';
import { explain } from '../../../../src/cli/account/explain.ts';

describe('explain', () => {
  it('says in words that the server did not answer, of which the library says nothing', () => {
    expect(explain(Object.assign(new Error(), { name: 'TimeoutError' }))).toBe(
      'the server did not answer in time',
    );
  });

  it.each([
    ['an error', new RangeError(), 'RangeError'],
    ['a part of one', new AggregateError([new RangeError()]), 'RangeError'],
    ['one without parts', new AggregateError([]), 'AggregateError'],
  ])('names %s that has no message', (_, error, reason) => {
    expect(explain(error)).toBe(reason);
  });

  it('tells that the server wants another name or password', () => {
    expect(explain(Object.assign(new Error('not-authorized - '), { condition: 'not-authorized' }))).toBe(
      'the server refused the name or the password',
    );
  });

  it('tells every address that was tried', () => {
    const tried = [
      new Error('connect ECONNREFUSED ::1:5222'),
      new Error('connect ECONNREFUSED 127.0.0.1:5222'),
    ];
    expect(explain(new AggregateError(tried))).toBe(
      'connect ECONNREFUSED ::1:5222; connect ECONNREFUSED 127.0.0.1:5222',
    );
  });
});
