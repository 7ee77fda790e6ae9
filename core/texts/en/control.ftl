## What can go wrong

error-control_of_another = Another controller has a shift, a control or a check of this name.
    .advice = Begin a new shift on this device.
