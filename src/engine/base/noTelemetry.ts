/**
 * Switches the telemetry of ONNX Runtime off: with it, its library writes an identifier below the home folder, resolves
 * its collector's name and sends what was run. It reads the environment when it is loaded, so this stands before whatever
 * loads it. A worker thread has only a copy of the environment: this belongs into the main thread.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1'

export {}
