import { describe, expect, test } from 'vitest'
import { hideNamed, isUsual, memoised, plainName } from '../../../src/define/key-names.ts'

describe('names of what is usually a secret', () => {
  test.each(
    'password PASSWORD userPassword db_password passwords passwd pwd DB_PWD passphrase secret clientSecret client-secret token accessToken csrf_token Authorization Proxy-Authorization cookie Set-Cookie apiKey X-Api-Key api.key privateKey access_key_id credentials session_id PHPSESSID connect.sid cardNumber cvv CVC2 pin ssn otp jwt sid X-Amz-Signature pass connectionString'.split(
      ' ',
    ),
  )('%s is one', (name) => {
    expect(isUsual(name)).toBe(true)
  })

  test.each(
    'author secretary maxTokens tokenCount tokens shipping passenger keyboard key name sidebar compass cookieBanner'.split(
      ' ',
    ),
  )('%s is none', (name) => {
    expect(isUsual(name)).toBe(false)
  })

  test('are the same in any spelling', () => {
    expect(['apiKey', 'API_KEY', 'api-key', 'api.key', 'Api Key'].map(plainName)).toEqual(
      Array.from({ length: 5 }, () => 'apikey'),
    )
    expect(plainName('schlüssel-Ä')).toBe('schlüsselä')
  })

  test('are asked about once, 256 characters of each, and a thousand are remembered', () => {
    const asked: string[] = []
    const rule = memoised((name) => asked.push(name) > 0)
    rule('a')
    rule('a')
    rule('b'.repeat(1_000))
    rule('b'.repeat(1_000))
    expect(asked).toEqual(['a', 'b'.repeat(256), 'b'.repeat(256)])
    for (let name = 0; name < 1_001; name++) rule(String(name))
    rule('a')
    expect(asked.filter((name) => name === 'a')).toHaveLength(2)
  })
})

describe('what stands behind a name', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['GET /a?token=abc&b=2&api_key=q#f', 'GET /a?token=[hidden]&b=2&api_key=[hidden]#f'],
    ['a[password]=1&user%5Bpassword%5D=2', 'a[password]=[hidden]&user%5Bpassword%5D=[hidden]'],
    ['Server=h;Password=abc;Uid=u', 'Server=h;Password=[hidden];Uid=u'],
    ['{"password":"a","b":"c"}', '{"password":"[hidden]","b":"c"}'],
    ['{"password":"a\\"b\\\\","b":"c"}', '{"password":"[hidden]","b":"c"}'],
    ['{"password": 12, "b": 1}', '{"password": [hidden], "b": 1}'],
    ['{"a":"{\\"password\\":\\"x\\\\\\"y\\",\\"b\\":1}"}', '{"a":"{\\"password\\":\\"[hidden]\\",\\"b\\":1}"}'],
    ['{"a":"{\\"password\\":\\"cut off"}', '{"a":"{\\"password\\":\\"[hidden]"}'],
    ['{"cookies":["a","b]"],"c":{"secrets":{"d":[1]}}}', '{"cookies":[hidden],"c":{"secrets":[hidden]}}'],
    ['{"a":"{\\"cookies\\":[\\"b]\\"],\\"c\\":1}"}', '{"a":"{\\"cookies\\":[hidden],\\"c\\":1}"}'],
    ['{"cookies":["never closed', '{"cookies":[hidden]'],
    ["{ token: 'a', 'set-cookie': [ 'b' ], c: 1 }", "{ token: '[hidden]', 'set-cookie': [hidden], c: 1 }"],
    ["{ token: `it's`, c: 1 }", '{ token: `[hidden]`, c: 1 }'],
    [
      'Authorization: Bearer a.b\nCookie: c=d; e=f\nX-Api-Key: 1\nHost: h',
      'Authorization: [hidden]\nCookie: [hidden]\nX-Api-Key: [hidden]\nHost: h',
    ],
    ['postgres://user:p:w@host/db', 'postgres://user:[hidden]@host/db'],
    ['secret = z', 'secret = [hidden]'],
    ['token="never closed', 'token="[hidden]'],
  ]
  test.each(texts)('is hidden in %s', (text, hidden) => {
    expect(hideNamed(text, isUsual)).toBe(hidden)
    expect(hideNamed(hidden, isUsual)).toBe(hidden)
  })

  test.each([
    'nothing',
    'https://a.example:80/b',
    "Step 'token': it took 3 of 4",
    'token: is bad',
    'token:[1]',
    'a password must be long: very',
    'token => x, token == y, token=~z',
    'password=&token=null&secret=true',
    'a=b&token=',
    'x-token: ',
    '{"password":null,"token":""}',
    '=a :b',
    ':',
    'a:b::c=d',
  ])('is told in %s', (text) => {
    expect(hideNamed(text, isUsual)).toBe(text)
  })
})
