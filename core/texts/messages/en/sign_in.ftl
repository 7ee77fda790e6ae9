# { $minutes } is how long the code is good for.
sign-in-code = Mesto: { $code } is your code. It is good for { $minutes } min. Tell it to nobody.
