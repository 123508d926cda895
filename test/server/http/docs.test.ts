import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import express from 'express';
import request from 'supertest';
import { docsRoutes } from '../../../server/http/docs.ts';
import { openApiDocument } from '../../../server/http/openapi/document.ts';
import { PROBLEM_TYPES } from '../../../server/http/problems.ts';

const REQUIRED = { read: true, write: false };
const app = express().use(docsRoutes('1.2.3', (name) => `/assets/x/${name}`, REQUIRED));

describe('GET /openapi.json', () => {
  it('answers the OpenAPI document', async () => {
    const answer = await request(app).get('/openapi.json').expect(200);
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
    assert.deepEqual(answer.body, JSON.parse(JSON.stringify(openApiDocument('1.2.3', REQUIRED))));
  });
});

describe('GET /docs', () => {
  it('has a section for every operation and an anchor for every type of problem', async () => {
    const { text } = await request(app).get('/docs').expect(200);
    const operations = Object.values(openApiDocument('', REQUIRED).paths).flatMap((item) => Object.values(item));
    const anchors = [...operations.map(({ operationId }) => operationId), ...Object.keys(PROBLEM_TYPES)];
    for (const anchor of anchors) assert.ok(text.includes(` id="${anchor}"`), anchor);
  });

  it('has a target for every internal link, and no duplicate ids', async () => {
    const { text } = await request(app).get('/docs').expect(200);
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id = '']) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, target = ''] of text.matchAll(/href="#([^"]*)"/g)) assert.ok(ids.includes(target), target);
  });

  it('has sentences with one full stop, and no marks of Markdown', async () => {
    const { text } = await request(app).get('/docs').expect(200);
    const prose = text.replaceAll(/<pre>?.*?<\/pre>/gs, '');
    assert.deepEqual(prose.match(/.{0,40}(?:`|[.:]\.(?!\.)).{0,10}/g), null);
  });

  it('shows commands with the address that the reader used', async () => {
    const { text } = await request(app).get('/docs').set('Host', 'stampede.example.com:8080').expect(200);
    assert.match(text, /<code>curl -X POST http:\/\/stampede\.example\.com:8080\/app<\/code>/);
  });

  it('does not repeat an invalid Host', async () => {
    const { text } = await request(app).get('/docs').set('Host', "$(reboot)';").expect(200);
    assert.doesNotMatch(text, /reboot/);
    assert.match(text, /curl -X POST http:\/\/localhost\/app/);
  });
});
