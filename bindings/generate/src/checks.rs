//! What an app hands over in Python is looked at before the core is asked: a value that nobody can
//! mean, an object that cannot do what it is for, a process in which nothing works any more.

use std::error::Error;

use uniffi_meta::{Metadata, ObjectImpl, TraitKind};

/// The module with what is refused there.
///
/// # Errors
/// When the generator no longer writes what is looked for.
pub fn refusing(module: &str, metadata: &[Metadata]) -> Result<String, Box<dyn Error>> {
    // A number that is beyond its type is refused as every other value that nobody can mean.
    let module = replaced(
        module,
        "raise ValueError(\"{} requires {} <= value < {}\".format(",
        "raise _out_of_range(\"{} requires {} <= value < {}\".format(",
    )?;
    let module = replaced(
        &module,
        "        seconds = value.seconds + value.days * 24 * 3600\n        if seconds < 0:\n            raise ValueError(\"Invalid duration, must be non-negative\")\n",
        "        _span(value)\n",
    )?;
    // What is awaited is done by threads that a forked child does not have.
    let module = replaced(
        &module,
        "async def _uniffi_rust_call_async(rust_future, ffi_poll, ffi_complete, ffi_free, lift_func, error_ffi_converter):\n",
        "async def _uniffi_rust_call_async(rust_future, ffi_poll, ffi_complete, ffi_free, lift_func, error_ffi_converter):\n    _same_process()\n",
    )?;
    // A thread of the core's that calls while the interpreter ends is waited for.
    let module = replaced(
        &module,
        "    (eventloop, future) = _UniffiContinuationHandleMap.remove(future_ptr)\n    eventloop.call_soon_threadsafe(_uniffi_set_future_result, future, poll_code)\n",
        "    with _CALLS:\n        (eventloop, future) = _UniffiContinuationHandleMap.remove(future_ptr)\n        eventloop.call_soon_threadsafe(_uniffi_set_future_result, future, poll_code)\n",
    )?;
    let module = replaced(
        &module,
        "        try:\n            return write_return_value(make_call())\n        except error_type as e:\n",
        "        try:\n            with _CALLS:\n                return write_return_value(make_call())\n        except error_type as e:\n",
    )?;
    // What these answer nobody waits for: what they raise would be seen by nobody.
    let module = replaced(
        &module,
        "            uniffi_method = uniffi_obj.line\n            return uniffi_method(*uniffi_args)\n",
        "            return _told(uniffi_obj, uniffi_obj.line, *uniffi_args)\n",
    )?;
    let module = replaced(
        &module,
        "            uniffi_method = uniffi_obj.changed\n            return uniffi_method(*uniffi_args)\n",
        "            return _told(uniffi_obj, uniffi_obj.changed, *uniffi_args)\n",
    )?;
    ports(module, metadata)
}

/// An object of the app's, that the core calls, has every method.
fn ports(mut module: String, metadata: &[Metadata]) -> Result<String, Box<dyn Error>> {
    let names = metadata.iter().filter_map(|item| match item {
        Metadata::Object(port) if port.imp == ObjectImpl::Trait(TraitKind::Both) => Some(&port.name),
        _ => None,
    });
    for name in names {
        let passed = format!(
            "        if not isinstance(value, {name}):\n            raise TypeError(\"Expected {name} subclass, {{}} found\".format(type(value).__name__))\n"
        );
        module = replaced(&module, &passed, &format!("        _offers(value, {name})\n"))?;
    }
    Ok(module)
}

fn replaced(module: &str, written: &str, ours: &str) -> Result<String, Box<dyn Error>> {
    if module.matches(written).count() == 1 {
        Ok(module.replace(written, ours))
    } else {
        Err(format!("the generator no longer writes `{}`, once", written.trim()).into())
    }
}
