//! Polls instances one step at a time, in the order that a schedule gives. When every instance sleeps, time
//! goes on.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use crate::driver::{Handle, Wait};

/// Chooses who is next: `(the last one, those that are awake, those that can go on)`. One that sleeps can, too,
/// since time passes as it likes.
pub(crate) type Schedule<'s> = dyn FnMut(usize, &[usize], &[usize]) -> usize + 's;

/// More steps than any run of a test takes.
const STEPS: usize = 20_000;

/// Runs the instances to their ends. `None` for one whose future was dropped by a fault. Instances are
/// numbered as their drivers were made, from `first`.
pub(crate) fn run<T>(
    handle: &Handle,
    first: usize,
    instances: Vec<Pin<Box<dyn Future<Output = T> + '_>>>,
    schedule: &mut Schedule<'_>,
) -> Vec<Option<T>> {
    let mut instances: Vec<_> = instances.into_iter().map(Some).collect();
    let mut results: Vec<Option<T>> = instances.iter().map(|_| None).collect();
    let mut context = Context::from_waker(Waker::noop());
    let mut last = 0;
    for _ in 0..STEPS {
        let able = able(handle, first, &instances);
        if able.is_empty() {
            assert!(instances.iter().all(Option::is_none), "nobody can go on:\n{}", handle.lock().story());
            return results;
        }
        let awake: Vec<usize> =
            able.iter().copied().filter(|index| is_awake(handle, first + index)).collect();
        let next = schedule(last, &awake, &able);
        last = next;
        let Some(instance) = &mut instances[next] else { panic!("{next} has ended") };
        {
            let mut shared = handle.lock();
            if let Wait::Until(until) = shared.waits[first + next] {
                shared.now = shared.now.max(until);
            }
        }
        if let Poll::Ready(result) = instance.as_mut().poll(&mut context) {
            results[next] = Some(result);
            instances[next] = None;
        } else if handle.lock().waits[first + next] == Wait::Drop {
            instances[next] = None;
        }
    }
    panic!("this does not end:\n{}", handle.lock().story())
}

fn is_awake(handle: &Handle, index: usize) -> bool {
    let shared = handle.lock();
    !matches!(shared.waits[index], Wait::Until(until) if until > shared.now)
}

/// Those that can go on.
fn able<T>(handle: &Handle, first: usize, instances: &[Option<T>]) -> Vec<usize> {
    let shared = handle.lock();
    let can = |index: usize| match shared.waits[first + index] {
        Wait::Turn | Wait::Until(_) => true,
        Wait::World(version) => shared.world.version != version,
        Wait::Drop => false,
    };
    (0..instances.len()).filter(|index| instances[*index].is_some() && can(*index)).collect()
}

/// Runs the instances so that time goes on only when all of them sleep, and then as little as possible.
pub(crate) fn run_in_time<T>(
    handle: &Handle,
    instances: Vec<Pin<Box<dyn Future<Output = T> + '_>>>,
) -> Vec<Option<T>> {
    let mut schedule = |last: usize, awake: &[usize], able: &[usize]| {
        let wakes = |index: &usize| match handle.lock().waits[*index] {
            Wait::Until(until) => until,
            _ => std::time::Duration::ZERO,
        };
        awake.first().copied().or_else(|| able.iter().copied().min_by_key(wakes)).unwrap_or(last)
    };
    run(handle, 0, instances, &mut schedule)
}

/// Runs one instance by itself.
pub(crate) fn alone<T>(handle: &Handle, instance: impl Future<Output = T>) -> Option<T> {
    let first = handle.lock().waits.len() - 1;
    run(handle, first, vec![Box::pin(instance)], &mut |_, _, able| able[0]).pop().flatten()
}
