import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { homePage } from '../../../server/http/pages/home-page.ts';
import { problemPage } from '../../../server/http/pages/problem-page.ts';
import { timestampsPage } from '../../../server/http/pages/timestamps-page.ts';
import { usersPage } from '../../../server/http/pages/users-page.ts';

const asset = (name: string) => `/assets/x/${name}`;

const instance = { hostname: 'ip-10-0-1-2', version: '1.2.3', commit: 'abc1234', uptimeSeconds: 93_784 };

const record = {
  timestamp: '2026-11-21T07:45:00.123456Z',
  id: '1j0oi4qvma000c807k3f9a2v0000001q',
  traceId: '1-69200b2c-3f5c8a1b9d7e4c6f8a0b2d4e',
  clientAddress: '203.0.113.7',
  protocol: 'https',
  instance: 'i-0abc1234def567890',
  state: 'stored',
  errorMicros: 362,
} as const;

const user = {
  id: '019aa5a7-6cf3-7b1e-9d0c-2f4a6b8c0d1e',
  username: 'ada',
  email: 'ada@example.com',
  createdAt: '2026-11-21T07:45:00.123456Z',
};

const textOf = (page: string): string =>
  page
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

describe('every page', () => {
  const pages = {
    home: homePage(asset, instance),
    timestamps: timestampsPage(
      asset,
      { complete: true, timestamps: [record], next: '/app?cursor=a' },
      { from: '2026' },
    ),
    users: usersPage(asset, { users: [user], next: '/users?cursor=a' }),
    problem: problemPage(asset, { type: '/docs#invalid', title: 'Bad Request', status: 400, detail: 'no' }),
  };
  for (const [name, page] of Object.entries(pages)) {
    it(`${name} has nothing inline and loads nothing from other hosts`, () => {
      assert.doesNotMatch(page, /<style|\sstyle=|\son\w+=|<script(?![^>]*src="\/assets\/)/);
      const urls = [...page.matchAll(/(?:src|href|action)="([^"]*)"/g)].map(([, url = '']) => url);
      assert.ok(urls.length > 5);
      for (const url of urls) assert.match(url, /^($|[/#](?!\/))/);
    });
  }
});

describe('the home page', () => {
  it('shows which instance answered', () => {
    const page = homePage(asset, { ...instance, instanceId: 'i-0abc', availabilityZone: 'eu-central-1a' });
    assert.match(textOf(page), /Host ip-10-0-1-2 Instance i-0abc Zone eu-central-1a Version 1\.2\.3 Commit abc1234/);
  });

  it('omits instance and zone outside EC2', () => {
    assert.match(textOf(homePage(asset, instance)), /Host ip-10-0-1-2 Version/);
  });

  for (const [seconds, text] of [
    [0.4, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [3_600, '1 h'],
    [93_784, '1 d 2 h 3 min'],
  ] as const) {
    it(`shows an uptime of ${seconds} s as ${text}`, () => {
      const page = homePage(asset, { ...instance, uptimeSeconds: seconds });
      assert.match(textOf(page), new RegExp(`Up for ${text} Latest`));
    });
  }

  it('records without JavaScript too', () => {
    assert.match(homePage(asset, instance), /<form id="record" method="post" action="\/app">/);
  });
});

describe('the timestamps page', () => {
  const page = timestampsPage.bind(undefined, asset);

  it('shows each record, with the microseconds of its time highlighted', () => {
    const shown = page({ complete: true, timestamps: [record] }, {});
    assert.match(shown, /<time datetime="2026-11-21T07:45:00\.123456Z">/);
    assert.match(
      textOf(shown),
      /2026-11-21 07:45:00 \.123 456 ± 0\.362 ms i-0abc1234def567890 203\.0\.113\.7 https 1-69200b2c/,
    );
    assert.match(shown, /href="\/app\/1j0oi4qvma000c807k3f9a2v0000001q"/);
  });

  it('shows no error if it is unknown', () => {
    assert.doesNotMatch(page({ complete: true, timestamps: [{ ...record, errorMicros: null }] }, {}), /±/);
  });

  it('says which timestamps are complete, if that is known', () => {
    const settled = page({ complete: true, timestamps: [record], settledUntil: '2026-11-21T07:44:40.123456Z' }, {});
    assert.match(textOf(settled), /No timestamp older than 2026-11-21T07:44:40\.123456Z can still appear/);
    assert.doesNotMatch(page({ complete: true, timestamps: [record] }, {}), /can still appear/);
  });

  it('links to the older page if there is one', () => {
    assert.match(
      page({ complete: true, timestamps: [record], next: '/app?from=2026&cursor=a' }, {}),
      /rel="next" href="\/app\?from=2026&amp;cursor=a"/,
    );
    assert.doesNotMatch(page({ complete: true, timestamps: [record] }, {}), /rel="next"/);
  });

  it('shows the filter in its fields, escaped', () => {
    const shown = page({ complete: true, timestamps: [] }, { from: '"><script>', to: '2026-11-22' });
    assert.match(shown, /name="from" value="&quot;&gt;&lt;script&gt;"/);
    assert.match(shown, /name="to" value="2026-11-22"/);
  });

  it('distinguishes an empty table from a filter without results', () => {
    assert.match(textOf(page({ complete: true, timestamps: [] }, {})), /Nothing has been recorded yet/);
    assert.match(
      textOf(page({ complete: true, timestamps: [] }, { to: '2020' })),
      /No timestamps were recorded in this time range/,
    );
  });
});

describe('the users page', () => {
  it('shows each user, with the time to the microsecond', () => {
    const shown = textOf(usersPage(asset, { users: [user] }));
    assert.match(shown, /2026-11-21 07:45:00 \.123 456 ada ada@example\.com 019aa5a7-/);
  });

  it('says that there are none, and how to create one', () => {
    assert.match(textOf(usersPage(asset, { users: [] })), /There are no users yet\. How to create one/);
  });
});

describe('the problem page', () => {
  const page = problemPage.bind(undefined, asset);

  it('shows status, title, detail, invalid fields and a link to the explanation', () => {
    const errors = [{ field: 'query.limit', message: 'expected <b>' }];
    const shown = page({ type: '/docs#invalid', title: 'Bad Request', status: 400, detail: 'not valid', errors });
    assert.match(textOf(shown), /400 Bad Request not valid query\.limit expected &lt;b&gt;/);
    assert.match(shown, /href="\/docs#invalid"/);
  });

  it('explains what to do if a token is required or the server is busy', () => {
    const problem = { type: '/docs#x', title: 'x', detail: 'x' };
    assert.match(textOf(page({ ...problem, status: 401 })), /asks for the token/);
    assert.match(textOf(page({ ...problem, status: 503 })), /Try again in a moment/);
  });
});
