/** Speed, measured: of data and of steps. */
package io.mocov3.app.bench;
