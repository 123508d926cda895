import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addActivities, addSnapshots, withCpu } from '../../../../scripts/drills/aws/stage-timeline.ts';
import { Timeline } from '../../../../scripts/drills/core/timeline.ts';
import { alarm, member, snapshotExample } from './snapshot-example.ts';

const at = (second: number) => new Date(second * 1_000);

describe('the timeline of a drill on AWS', () => {
  it('gives each second what was last seen of the fleet, and the CPU of its minute', () => {
    const observations = [0, 4, 61].map((second) => ({ second, requestsPerS: 1, errorsPerS: 0 }));
    const snapshots = [
      snapshotExample({ second: 2 }),
      snapshotExample({ second: 60, desired: 3, targets: { 'i-1': 'healthy' } }),
    ];
    const points = [{ at: at(60), percent: 42 }];
    const timeline = new Timeline(0);
    addSnapshots(timeline, snapshots);
    assert.deepEqual(
      withCpu(timeline, points, timeline.join(observations)).map(
        ({ requestsPerS: _, errorsPerS: __, ...fleet }) => fleet,
      ),
      [
        { second: 0 },
        { second: 4, desired: 2, inService: 2 },
        { second: 61, desired: 3, inService: 1, cpuPercent: 42 },
      ],
    );
  });

  it('has the spans of alarms by the times that CloudWatch gives', () => {
    const snapshots = [
      snapshotExample({ second: 0, alarms: [alarm('a', 'OK', 0), alarm('b', 'ALARM', -100)] }),
      snapshotExample({ second: 70, alarms: [alarm('a', 'ALARM', 66), alarm('b', 'ALARM', -100)] }),
      snapshotExample({ second: 130, alarms: [alarm('a', 'OK', 126), alarm('b', 'ALARM', -100)] }),
    ];
    const timeline = new Timeline(0);
    addSnapshots(timeline, snapshots);
    assert.deepEqual(timeline.alarmsUntil(130), [
      { name: 'a', fromS: 66, toS: 126 },
      { name: 'b', fromS: 0, toS: 130 },
    ]);
  });

  it('lists in order what changed, and what of it shows that the fault was detected', () => {
    const joined = [member('i-1', 'eu-west-1a'), member('i-3', 'eu-west-1b')];
    const snapshots = [
      snapshotExample({ second: 0 }),
      snapshotExample({ second: 5, targets: { 'i-1': 'healthy', 'i-2': 'draining' } }),
      snapshotExample({ second: 90, desired: 3, members: joined, alarms: [alarm('a', 'ALARM', 80)] }),
    ];
    const activities = [
      { startedAt: at(20), status: 'Successful', text: 'Terminating EC2 instance: i-2' },
      { startedAt: at(30), status: 'InProgress', text: 'Launching a new EC2 instance: i-3' },
    ];
    const timeline = new Timeline(0);
    addSnapshots(timeline, snapshots);
    addActivities(timeline, activities);
    assert.deepEqual(
      timeline.events.map(({ second, text, detection }) => [second, text, detection]),
      [
        [5, 'target i-2: healthy → draining', true],
        [20, 'Terminating EC2 instance: i-2', false],
        [30, 'Launching a new EC2 instance: i-3 (InProgress)', false],
        [80, 'alarm a is in ALARM', true],
        [90, 'target i-2: draining → absent', false],
        [90, 'target i-3: absent → healthy', false],
        [90, 'desired capacity 2 → 3', false],
      ],
    );
  });
});
