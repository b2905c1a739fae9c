import './styles/tokens.css';
import './styles/base.css';
import { connect } from '#connect';
import { mount } from 'svelte';
import Window from './Window.svelte';
import { getLocale, overwriteGetLocale } from './lib/paraglide/runtime';

const api = connect();
// It is asked for with every message, and found out once.
const locale = getLocale();
overwriteGetLocale(() => locale);
document.documentElement.lang = locale;
mount(Window, { target: document.getElementById('app')!, props: { api } });
