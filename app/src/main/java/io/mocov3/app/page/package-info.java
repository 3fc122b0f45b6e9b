/** The history of a run as the page and the report draw it. */
package io.mocov3.app.page;
