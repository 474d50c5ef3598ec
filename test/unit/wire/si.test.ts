// Stream Initiation: the offer of a file, the answer to it, and what is refused.

import { describe, expect, it } from 'vitest';
import { BYTESTREAMS } from '../../../src/wire/bytestreams.ts';
import { IBB } from '../../../src/wire/ibb.ts';
import {
  FILE_TRANSFER,
  type Offer,
  readAnswer,
  readOffer,
  SI,
  writeAnswer,
  writeOffer,
} from '../../../src/wire/si.ts';
import { xml } from '../../../src/wire/xml.ts';

const offer: Offer = {
  id: 't7Qk',
  mimeType: 'image/png',
  file: {
    name: 'a.png',
    size: 5120,
    date: new Date('2004-01-29T03:21:00.123Z'),
    hash: 'd41d8cd98f00b204e9800998ecf8427e',
    description: 'A & B',
    hasRanges: true,
  },
  methods: [BYTESTREAMS, IBB],
};

/** The profile element of an offer, and the form around these options. */
const file = (attributes: Record<string, string>, ...children: ReturnType<typeof xml>[]) =>
  xml('file', { xmlns: FILE_TRANSFER, ...attributes }, ...children);
const form = (type: string, ...fields: ReturnType<typeof xml>[]) =>
  xml(
    'feature',
    { xmlns: 'http://jabber.org/protocol/feature-neg' },
    xml('x', { xmlns: 'jabber:x:data', type }, ...fields),
  );
const options = (...methods: string[]) =>
  xml(
    'field',
    { var: 'stream-method', type: 'list-single' },
    ...methods.map((method) => xml('option', {}, xml('value', {}, method))),
  );
const values = (...methods: string[]) =>
  xml('field', { var: 'stream-method' }, ...methods.map((method) => xml('value', {}, method)));
const si = (attributes: Record<string, string>, ...children: ReturnType<typeof xml>[]) =>
  xml('si', { xmlns: SI, ...attributes }, ...children);
const valid = { id: 's', profile: FILE_TRANSFER };

describe('an offer', () => {
  it('has id, profile, one profile element and one field with the methods in order [SI-I-03] [SI-I-06] [SI-I-08]', () => {
    expect(writeOffer(offer).toString()).toBe(
      '<si xmlns="http://jabber.org/protocol/si" id="t7Qk" mime-type="image/png" profile="http://jabber.org/protocol/si/profile/file-transfer">' +
        '<file xmlns="http://jabber.org/protocol/si/profile/file-transfer" name="a.png" size="5120" hash="d41d8cd98f00b204e9800998ecf8427e" date="2004-01-29T03:21:00Z">' +
        '<desc>A &amp; B</desc><range/></file>' +
        '<feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="form"><field var="stream-method" type="list-single">' +
        '<option><value>http://jabber.org/protocol/bytestreams</value></option>' +
        '<option><value>http://jabber.org/protocol/ibb</value></option></field></x></feature></si>',
    );
  });

  it('says application/octet-stream unless told otherwise [SI-I-05]', () => {
    const { mimeType: _, ...untyped } = offer;
    expect(writeOffer(untyped).attrs['mime-type']).toBe('application/octet-stream');
  });

  it('has no range unless seeking works, and may be of an empty file [SI-I-07] [SI-I-09]', () => {
    const written = writeOffer({ ...offer, file: { name: 'e', size: 0, hasRanges: false } });
    expect(written.getChild('file')?.toString()).toBe(`<file xmlns="${FILE_TRANSFER}" name="e" size="0"/>`);
  });

  it('is well-formed whatever the file is called [SI-I-07]', () => {
    const strange = { name: 'a\u0001b', description: '\ud800', size: 1, hasRanges: false };
    const written = writeOffer({ ...offer, mimeType: 'a/\u0000', file: strange }).toString();
    expect(written.match(/\ufffd/g)).toHaveLength(3);
    expect(written).not.toMatch(/\p{Cc}|\p{Cs}/u);
  });

  it('is read as it was written', () => {
    const date = new Date('2004-01-29T03:21:00Z');
    expect(readOffer(writeOffer(offer))).toEqual({
      ok: true,
      offer: { ...offer, file: { ...offer.file, date } },
    });
  });

  it('is read with whatever else is in it, and no more than it has', () => {
    const bare = si(
      valid,
      xml('x', { xmlns: 'urn:x' }),
      file({ name: 'f', size: '7', hash: ' ', date: 'now' }),
      form('form', options('urn:m')),
    );
    expect(readOffer(bare)).toEqual({
      ok: true,
      offer: {
        id: 's',
        mimeType: 'application/octet-stream',
        file: { name: 'f', size: 7, hasRanges: false },
        methods: ['urn:m'],
      },
    });
  });

  it('of more bytes than a number counts is read, and can only be declined [SI-R-17]', () => {
    const huge = si(valid, file({ name: 'f', size: '9'.repeat(400) }), form('form', options(IBB)));
    expect(readOffer(huge)).toMatchObject({ offer: { file: { size: Number.POSITIVE_INFINITY } } });
  });

  const good = file({ name: 'f', size: '1' });
  it.each([
    ['no id [SI-R-03]', si({ profile: FILE_TRANSFER }, good), 'bad-request'],
    ['no profile [SI-R-03]', si({ id: 's' }, good), 'bad-profile'],
    ['another profile [SI-R-02]', si({ id: 's', profile: 'urn:other' }, good), 'bad-profile'],
    ['no file [SI-R-03]', si(valid), 'bad-profile'],
    ['two files [SI-R-03]', si(valid, good, file({ name: 'g', size: '1' })), 'bad-profile'],
    [
      'a file of another namespace [SI-R-03]',
      si(valid, xml('file', { name: 'f', size: '1' })),
      'bad-profile',
    ],
    ['no name [SI-R-03]', si(valid, file({ size: '1' })), 'bad-profile'],
    ['no size [SI-R-03]', si(valid, file({ name: 'f' })), 'bad-profile'],
    ['a size below zero [SI-R-03]', si(valid, file({ name: 'f', size: '-1' })), 'bad-profile'],
    ['a size in words [SI-R-03]', si(valid, file({ name: 'f', size: '1e3' })), 'bad-profile'],
    ['no feature [SI-R-04]', si(valid, good), 'no-valid-streams'],
    ['no field [SI-R-04]', si(valid, good, form('form')), 'no-valid-streams'],
    ['no option [SI-R-04]', si(valid, good, form('form', options())), 'no-valid-streams'],
    ['an empty option [SI-R-04]', si(valid, good, form('form', options(' '))), 'no-valid-streams'],
  ])('with %s is refused', (_, element, reason) => {
    expect(readOffer(element)).toEqual({ ok: false, reason });
  });
});

describe('an answer', () => {
  it('is a si without attributes that submits one value [SI-R-06]', () => {
    expect(writeAnswer({ method: IBB }).toString()).toBe(
      '<si xmlns="http://jabber.org/protocol/si"><feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="submit">' +
        '<field var="stream-method"><value>http://jabber.org/protocol/ibb</value></field></x></feature></si>',
    );
  });

  it('has a file only for a range, without name and size [SI-R-07]', () => {
    const written = writeAnswer({ method: IBB, range: { offset: 128 } });
    expect(written.getChild('file')?.toString()).toBe(
      `<file xmlns="${FILE_TRANSFER}"><range offset="128"/></file>`,
    );
  });

  it.each([{ offset: 128, length: 256 }, { offset: 128 }, { length: 256 }, {}])(
    'is read with the range %j [SI-I-13]',
    (range) => {
      expect(readAnswer(writeAnswer({ method: IBB, range }))).toEqual({ ok: true, methods: [IBB], range });
    },
  );

  it('may choose several methods [SI-I-11], have attributes, no type, and no file [SI-I-12]', () => {
    const field = values(IBB, BYTESTREAMS, IBB);
    const answer = si({ id: 's' }, form('', field));
    expect(readAnswer(answer)).toEqual({ ok: true, methods: [IBB, BYTESTREAMS] });
  });

  it('may have a file without a range', () => {
    expect(readAnswer(si({}, file({ name: 'f', size: '1' }), form('submit', values(IBB))))).toEqual({
      ok: true,
      methods: [IBB],
    });
  });

  it('without a method fails [SI-I-12]', () => {
    expect(readAnswer(si({}))).toEqual({ ok: false, reason: 'no-method' });
    expect(readAnswer(si({}, form('submit', options(IBB))))).toEqual({ ok: false, reason: 'no-method' });
  });

  it.each([{ offset: '-1' }, { length: '-1' }, { offset: 'x' }, { length: '1.5' }])(
    'with the range %j fails [SI-I-14]',
    (range) => {
      const answer = si({}, file({}, xml('range', range)), form('submit', values(IBB)));
      expect(readAnswer(answer)).toEqual({ ok: false, reason: 'bad-range' });
    },
  );
});
