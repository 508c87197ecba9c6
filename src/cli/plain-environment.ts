/**
 * Makes the environment a plain object. Each look into Node's own asks the system, and the YAML parser looks for a debugging
 * variable at every token: that is a tenth of the time which a large fleet takes. Nothing here changes the environment.
 */
process.env = { ...process.env }
