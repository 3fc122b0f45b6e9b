/** Files of one JSON object a line, which no full disk and no damage stop. */
package io.mocov3.app.lines;
