import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter, ShortRead } from '../../support/tds/bytes.js';
import { decode1252, encode1252, through1252 } from '../../support/tds/code-page.js';
import * as sql from '../../support/tds/engine/sql-type.js';
import { type SqlType, type SqlValue } from '../../support/tds/engine/sql-type.js';
import { unscramblePassword } from '../../support/tds/login.js';
import { type Message, PACKET, PacketReader, PacketWriter } from '../../support/tds/packet.js';
import { agreeOnEncryption, ENCRYPT, type ServerEncryption } from '../../support/tds/prelogin.js';
import { readTypeInfo, writeTypeInfo } from '../../support/tds/type-info.js';
import { readValue, writeValue } from '../../support/tds/values.js';

describe('packets', () => {
  it.each([0, 1, 503, 504, 505, 1008, 5000])('carry a message of %i bytes however they are cut', (length) => {
    const data = Buffer.from(Array.from({ length }, (_, at) => at & 0xff));
    const sent: Buffer[] = [];
    const writer = new PacketWriter(51, (bytes) => void sent.push(bytes));
    writer.size = 512;
    for (let at = 0; at < length; at += 100) writer.append(PACKET.response, data.subarray(at, at + 100));
    writer.end(PACKET.response);
    const stream = Buffer.concat(sent);
    for (const step of [1, 7, 512, stream.length]) {
      const messages: Message[] = [];
      const reader = new PacketReader((message) => void messages.push(message));
      for (let at = 0; at < stream.length; at += step) reader.push(stream.subarray(at, at + step));
      expect(messages).toEqual([{ kind: PACKET.response, data, reset: 'none', isIgnored: false }]);
      expect(reader.isPartial).toBe(false);
    }
  });

  it('are no longer than agreed', () => {
    const sent: Buffer[] = [];
    const writer = new PacketWriter(51, (bytes) => void sent.push(bytes));
    writer.append(PACKET.response, Buffer.alloc(10_000));
    writer.end(PACKET.response);
    const stream = Buffer.concat(sent);
    const sizes: number[] = [];
    for (let at = 0; at < stream.length; at += sizes.at(-1)!) sizes.push(stream.readUInt16BE(at + 2));
    expect(sizes).toEqual([4096, 4096, 1832]);
  });
});

describe('prelogin', () => {
  it.each<[number, ServerEncryption, number, string, boolean]>([
    [ENCRYPT.off, 'optional', ENCRYPT.off, 'login', false],
    [ENCRYPT.on, 'optional', ENCRYPT.on, 'all', false],
    [ENCRYPT.notSupported, 'optional', ENCRYPT.notSupported, 'none', false],
    [ENCRYPT.required, 'optional', ENCRYPT.required, 'all', false],
    [ENCRYPT.off, 'required', ENCRYPT.required, 'all', false],
    [ENCRYPT.notSupported, 'required', ENCRYPT.required, 'none', true],
    [ENCRYPT.on, 'not-supported', ENCRYPT.notSupported, 'none', false],
  ])('of %i meets a server that is %s', (client, server, answer, reach, mustClose) => {
    expect(agreeOnEncryption(client, server)).toEqual({ answer, reach, mustClose });
  });

  it('is followed by a password that only looks hidden', () => {
    expect(unscramblePassword(Buffer.from('a2a5b3a592a592a5d2a553a582a5e3a5', 'hex'))).toBe('password');
  });
});

describe('values', () => {
  const moment = 638_679_133_234_567_890n;
  const cases: readonly (readonly [SqlType, SqlValue])[] = [
    [sql.BIT, 1n],
    [sql.TINYINT, 255n],
    [sql.SMALLINT, -32_768n],
    [sql.INT, -2_147_483_648n],
    [sql.BIGINT, -9_223_372_036_854_775_808n],
    [sql.BIGINT, 9_007_199_254_740_993n],
    [sql.decimal(38, 10), -99_999_999_999_999_999_999_999_999_999_999_999_999n],
    [sql.decimal(19, 0), 1_234_567_890_123_456_789n],
    [sql.decimal(9, 2), 0n],
    [sql.MONEY, -922_337_203_685_477_5808n],
    [sql.MONEY, 4_294_967_295n],
    [sql.SMALLMONEY, 2_147_483_647n],
    [sql.REAL, 1.5],
    [sql.FLOAT, 0.1],
    [sql.DATE, 0n],
    [sql.DATE, 3_652_058n],
    [sql.time(7), 863_999_999_999n],
    [sql.time(0), 0n],
    [sql.datetime2(7), moment],
    [sql.datetime2(3), (moment / 10_000n) * 10_000n],
    [sql.datetimeoffset(7), { ticks: moment, offset_minutes: -330 }],
    [sql.DATETIME, -53_690n * 25_920_000n],
    [sql.DATETIME, 1_234_567_890_123n],
    [sql.SMALLDATETIME, 66_000_000n],
    [sql.nvarchar(10), 'ü😀'],
    [sql.nvarchar(10), ''],
    [sql.nvarchar(-1), 'x'.repeat(100_000)],
    [sql.nvarchar(-1), ''],
    [sql.varchar(10), 'œ€ž'],
    [sql.varchar(-1), 'long'.repeat(30_000)],
    [sql.nchar(3), 'abc'],
    [sql.char(3), 'abc'],
    [sql.varbinary(4), Buffer.from([0, 255])],
    [sql.varbinary(-1), Buffer.alloc(70_000, 7)],
    [sql.binary(2), Buffer.from([1, 2])],
    [sql.UNIQUEIDENTIFIER, '6F9619FF-8B86-D011-B42D-00C04FC964FF'],
  ];

  it.each(cases.map(([type, value]) => [sql.typeText(type), type, value] as const))(
    'of %s come back as they went',
    (_, type, value) => {
      for (const isNullable of [true, false]) {
        for (const sent of isNullable ? [value, null] : [value]) {
          const writer = new ByteWriter();
          writeTypeInfo(writer, type, isNullable);
          writeValue(writer, sent, type, isNullable);
          const reader = new ByteReader(writer.finish());
          const wire = readTypeInfo(reader);
          expect(sql.typeText(wire.type)).toBe(sql.typeText(type));
          expect(readValue(reader, wire)).toEqual(sent);
          expect(reader.left).toBe(0);
        }
      }
    },
  );

  it('end with the message', () => {
    expect(() => new ByteReader(Buffer.alloc(3)).u32()).toThrow(ShortRead);
  });

  it('of code page 1252 are what Windows makes of them', () => {
    expect(encode1252('€é日')).toEqual(Buffer.from([0x80, 0xe9, 0x3f]));
    const all = Buffer.from(Array.from({ length: 256 }, (_, at) => at));
    expect(encode1252(decode1252(all))).toEqual(all);
    expect(through1252('naïve 日本')).toBe('naïve ??');
  });
});
