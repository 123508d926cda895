import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { completeUntilOf, type Heartbeat, isCurrent, look, type Sight } from '../../../server/regions/heartbeat.ts';

const NOW = 1_795_247_100_000_000;

/** A time this many seconds after the first look. */
function at(seconds: number): number {
  return NOW + seconds * 1e6;
}
function heartbeat(atS: number, completeUntilS?: number, sinceS = atS): Heartbeat {
  const completeUntil = completeUntilS === undefined ? undefined : at(completeUntilS);
  return { region: 'eu-west-1', at: at(atS), since: at(sinceS), completeUntil, sees: {} };
}

/** What is known after looks: the second of each, and the heartbeat that it found. */
function after(...looks: readonly (readonly [number, Heartbeat | undefined])[]): Sight | undefined {
  return looks.reduce<Sight | undefined>((known, [second, found]) => look(known, found, at(second)), undefined);
}
function completeS(sight: Sight | undefined): number | undefined {
  return sight?.completeUntil === undefined ? undefined : (sight.completeUntil - NOW) / 1e6;
}

describe('what a region knows of another one', () => {
  it('is nothing before the first heartbeat, and what the last one said after it', () => {
    assert.equal(after([0, undefined]), undefined);
    assert.equal(completeS(after([0, heartbeat(-2)])), undefined);
    assert.equal(completeS(after([0, heartbeat(-2, -90)], [5, heartbeat(3, -85)])), -85);
  });

  it('stays the same while the other region is silent or its heartbeats are late', () => {
    const first = [0, heartbeat(-2, -90)] as const;
    assert.equal(completeS(after(first, [3_600, heartbeat(-2, -90)])), -90);
    assert.equal(completeS(after(first, [3_600, undefined])), -90);
    assert.equal(completeS(after(first, [3_600, heartbeat(3_569, 3_500)])), -90);
  });

  it('is not what a heartbeat says after a pause, until as much time has passed again', () => {
    const before = [0, heartbeat(0, -90)] as const;
    /** A look every five seconds from this time on. */
    const looks = (fromS: number, toS: number) =>
      Array.from({ length: Math.floor((toS - fromS) / 5) + 1 }, (_, i) => {
        const second = fromS + i * 5;
        return [second, heartbeat(second - 1, second - 90)] as const;
      });
    assert.equal(completeS(after(before, ...looks(601, 601))), -90);
    assert.equal(completeS(after(before, ...looks(601, 1_201))), -90);
    assert.equal(completeS(after(before, ...looks(601, 1_206))), 1_116);
  });

  it('waits for the sum of two pauses if the second one begins before the time of the first has passed', () => {
    const looks = (fromS: number, toS: number) =>
      Array.from({ length: (toS - fromS) / 5 + 1 }, (_, i) => {
        const second = fromS + i * 5;
        return [second, heartbeat(second, second - 90)] as const;
      });
    // It catches up with the first pause for 300 s before the second one of 100 s: then 300 s and 100 s are left.
    const paused = [[0, heartbeat(0, -90)] as const, ...looks(600, 900), ...looks(1_000, 1_395)];
    assert.equal(completeS(after(...paused)), -90);
    assert.equal(completeS(after(...paused, ...looks(1_400, 1_400))), 1_310);
  });

  it('also waits for a short pause while it catches up with a long one, but not for one alone', () => {
    const looks = (fromS: number, toS: number) =>
      Array.from({ length: (toS - fromS) / 5 + 1 }, (_, i) => {
        const second = fromS + i * 5;
        return [second, heartbeat(second, second - 90)] as const;
      });
    const long = [[0, heartbeat(0, -90)] as const, ...looks(100, 180)];
    // 20 s of the first pause are left, and 20 s of the second one are added.
    assert.equal(completeS(after(...long, ...looks(200, 235))), -90);
    assert.equal(completeS(after(...long, ...looks(200, 240))), 150);
    assert.equal(completeS(after(...looks(0, 10), ...looks(30, 30))), -60);
  });

  it('waits at its first look as long as the other region has recorded, at most an hour', () => {
    const looks = (firstS: number, lastS: number, sinceS: number) =>
      Array.from({ length: (lastS - firstS) / 5 + 1 }, (_, i) => {
        const second = firstS + i * 5;
        return [second, heartbeat(second, second - 90, sinceS)] as const;
      });
    assert.equal(completeS(after(...looks(500, 895, 100))), undefined);
    assert.equal(completeS(after(...looks(500, 900, 100))), 810);
    assert.equal(completeS(after(...looks(100_000, 103_595, 0))), undefined);
    assert.equal(completeS(after(...looks(100_000, 103_600, 0))), 103_510);
  });

  it('takes a gap of a few missed heartbeats for none', () => {
    assert.equal(completeS(after([0, heartbeat(0, -90)], [31, heartbeat(30, -60)])), -60);
    assert.equal(completeS(after([0, heartbeat(0, -90)], [32, heartbeat(31, -59)])), -90);
  });

  it('ignores a heartbeat of the future, from a process whose clock is wrong', () => {
    assert.equal(completeS(after([0, heartbeat(0, -90)], [5, heartbeat(3_600, 3_500)])), -90);
  });

  it('never goes back, whatever heartbeats arrive', () => {
    const step = fc.record({ passS: fc.nat(120), lagS: fc.nat(60) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let [second, known, before] = [0, undefined as Sight | undefined, Number.NEGATIVE_INFINITY];
        for (const { passS, lagS } of steps) {
          second += passS;
          // The region's statements are true, and never go back either.
          known = look(known, heartbeat(second - lagS, second - lagS - 90), at(second));
          const complete = known?.completeUntil ?? Number.NEGATIVE_INFINITY;
          assert.ok(complete >= before && complete <= at(second - 90));
          before = complete;
        }
      }),
    );
  });
});

describe('what is complete', () => {
  const [early, late] = [after([0, heartbeat(0, -100)]), after([0, heartbeat(0, -90)])];

  it('ends where the region ends that is furthest behind, and is unknown if one is', () => {
    assert.equal(completeUntilOf([late, early]), at(-100));
    assert.equal(completeUntilOf([late, undefined]), undefined);
    assert.equal(completeUntilOf([late, after([0, heartbeat(0)])]), undefined);
  });

  it('is current unless the region is silent for a minute or keeps something back for five', () => {
    assert.ok(isCurrent(late, at(60)));
    assert.ok(!isCurrent(late, at(61)));
    assert.ok(!isCurrent(after([0, heartbeat(0, -301)]), at(0)));
    assert.ok(!isCurrent(undefined, at(0)));
  });
});
