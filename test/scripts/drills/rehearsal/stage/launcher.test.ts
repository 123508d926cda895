import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { userDataFiles } from '../../../../../scripts/drills/rehearsal/stage/launcher.ts';

describe('userDataFiles', () => {
  it('has the user data executed by a unit that the image orders itself after', () => {
    const files = new Map(userDataFiles('#!/bin/bash\necho here\n').map(({ path, text }) => [path, text]));
    const unit = files.get('/etc/systemd/system/cloud-final.service') ?? '';
    const [script = ''] = /(?<=ExecStart=\/bin\/bash ).*/.exec(unit) ?? [];
    assert.equal(files.get(script), '#!/bin/bash\necho here\n');
  });
});
